"""The project and its kernel: it never imports an app below it."""
