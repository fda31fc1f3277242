"""People and organisations: who somebody is, whom they act for, and what they may do where."""
