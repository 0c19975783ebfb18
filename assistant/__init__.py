"""Answer questions over the library, with every figure cited."""
