"""The interface for programs: `/api/v1`, read only, over the same readings as the pages."""
