"""Mail of postroom's own: composed, sent through another asset or a plain route, and its outcome told."""
