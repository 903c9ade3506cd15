"""Tables drawn with characters, whose lines say nothing by themselves."""
