"""Parts of `build_assets.py`."""
