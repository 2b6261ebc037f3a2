"""Reports: build.py reads once into the dataclasses of data.py; every format draws those; run.py is what the worker does."""
