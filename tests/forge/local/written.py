"""An issue as it is written."""

ISSUE = """\
---
title: Promote eso
state: open
author: Test <test@example.com>
labels:
- flux-release
---

- [ ] at
- [ ] prod
"""
