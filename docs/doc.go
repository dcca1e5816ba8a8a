// Package docs holds the documentation and the tests that compare it with the code.
// The tests build and run the examples of extending.md, and compare the figures and
// verdicts of README.md and results.md with the tables in results/. Start reading at
// results_test.go.
package docs
