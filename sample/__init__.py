"""The sample company: a made-up industrial wholesaler, written as canonical extracts, the same for the same seed."""

from sample.fec import generate_fec
from sample.generator import MINIMUM_INVOICES, SampleSummary, generate
from sample.systems import generate_system

__all__ = ["MINIMUM_INVOICES", "SampleSummary", "generate", "generate_fec", "generate_system"]
