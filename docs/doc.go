// Package docs is the pages, and the tests that hold them to what they say. Start
// reading at results.md, or at extending_test.go for the tests.
package docs
