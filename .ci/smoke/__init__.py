"""The smoke walk: what docker-compose.yml describes, started by hand and visited."""
