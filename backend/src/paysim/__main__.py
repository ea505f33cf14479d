"""Lets `python -m paysim` start the simulator."""

from paysim.cli import main

if __name__ == "__main__":
    main()
