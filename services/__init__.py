"""The kit: capabilities that know no domain and could serve another city product unchanged."""
