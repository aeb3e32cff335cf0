"""From any ERP's extracts to the raw tables: input contract, source mappings, readers and loader."""
