"""Show the chat as a workplace: panels of HTML over the stream of events, and one door to gradio (`page`)."""
