"""Inquiries: threads between a manufacturer and a vendor, with a due time and an outcome."""
