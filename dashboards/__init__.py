"""The dashboards: read-only pages over the published marts."""
