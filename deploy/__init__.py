"""From an empty Google Cloud project to a running Moca, and back: standard library and gcloud.

`wanted` declares what there shall be. Each other module sees to one concern: it reads what is
there, prints what differs, and changes only that, so that a second run changes nothing.
"""
