// Package newmetric holds one test: a metric that is registered appears in every table,
// record and figure. It is apart from the tests of report, whose metrics it would change.
// Start reading at newmetric_test.go.
package newmetric
