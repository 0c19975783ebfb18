"""Stand in for language models: a scripted server, and a model of stated weakness behind it."""
