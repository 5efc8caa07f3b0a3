"""How people meet the archive: the Streamlit portal, its player and its media gateway. Imports `archive`."""
