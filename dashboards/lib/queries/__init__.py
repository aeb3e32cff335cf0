"""All SQL of the dashboards, one module a page. Only schema ``marts`` is read."""
