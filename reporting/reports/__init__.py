"""Every report there is: one definition each, which the screen, REST and the files read alike, so that an export equals its screen."""
