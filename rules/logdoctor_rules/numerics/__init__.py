"""NaN, infinities and the loss scale of half precision."""
