"""Lets `python -m shunyue` run the command line."""

from shunyue.cli import main

main()
