"""Simulates payment providers, so that a shop can be developed and tested without real money."""
