"""For CI services and code hosts: annotations, issues and test results, hung on places in the checkout."""
