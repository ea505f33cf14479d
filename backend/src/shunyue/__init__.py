"""Shunyue: booking, registration and payment in one flow."""
