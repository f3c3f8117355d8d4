# make test: everything that proves the project right.
.PHONY: test
test:
	cargo test --workspace
