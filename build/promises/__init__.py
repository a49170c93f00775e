"""The 22 promises of reliability: what each is, what measures it, what was found last: `make promises`."""
