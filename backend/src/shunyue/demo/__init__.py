"""The demo merchant: a believable week, lived through the product's own commands."""
