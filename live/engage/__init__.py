"""The registration of an asset to Webex Engage, handed on over HTTP where the settings say so."""
