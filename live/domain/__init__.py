"""What the DNS says about a mail domain: where its mail goes, who may send in its name, how it is signed."""
