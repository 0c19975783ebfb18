"""Show one stream of events in three ways: web page, HTTP and command line."""
