//! The agent's protocol: messages, codec, client, peer check.
