"""Turn answers into files that people work on: text, documents, sheets, references and question sets."""
