"""The promises of the design, measured: `make bench`. Results as JSON in bench/out, as a table in docs/benchmarks.md."""
