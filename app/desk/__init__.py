"""The desk: where government staff see what waits and decide."""
