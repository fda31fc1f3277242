"""What happens to listings in the pool: assessment, whitelist, spot checks, quarantine."""
