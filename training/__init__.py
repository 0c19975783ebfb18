"""Train the reader from written questions and invented passages; nothing imports this."""
