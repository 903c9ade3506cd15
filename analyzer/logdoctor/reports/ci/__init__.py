"""For CI services and code hosts: annotations, issues and test results, attached to places in the checkout."""
