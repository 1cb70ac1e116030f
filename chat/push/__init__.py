"""Telling devices of messages while no page is open: of what (`news`), in which words (`notices`), and how (`sending`).

The sending of messages knows nothing of it. Now and then a job looks for what nobody has read yet
(`chat.services.pushing`).
"""
