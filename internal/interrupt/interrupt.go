// Package interrupt stops waiting for a call that cannot be cancelled, such as an
// eigendecomposition of a library or the reading of a large file.
package interrupt

import "context"

// Run calls f and returns its error, or the error of ctx as soon as ctx ends. If ctx ends
// first, f continues in the background until it returns. Therefore f must not write a
// file, and the caller must not use the results of f if Run returns the error of ctx.
func Run(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Value is Run for a function that returns a value. If there is an error, it returns the
// zero value.
func Value[T any](ctx context.Context, f func() (T, error)) (T, error) {
	var value T
	err := Run(ctx, func() (err error) {
		value, err = f()
		return err
	})
	if err != nil {
		var none T
		return none, err // f may still write to value
	}
	return value, nil
}
