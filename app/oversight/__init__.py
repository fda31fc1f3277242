"""Public pages of what the staff decide: notices with objections, spot checks and their draws."""
