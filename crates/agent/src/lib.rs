//! The agent: the parts put together.
