// Package interrupt lets a calculation that cannot be stopped be left: reading a
// large file, an eigenproblem of a library.
package interrupt

import "context"

// Run calls f and returns what it returns, or the error of ctx as soon as ctx ends.
// In that case f goes on in the background until it is done, so it must write no
// file, and the caller must not use what it makes.
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

// Value is Run for a call that returns something, the zero value where it was left.
func Value[T any](ctx context.Context, f func() (T, error)) (T, error) {
	var value T
	err := Run(ctx, func() (err error) {
		value, err = f()
		return err
	})
	if err != nil {
		var none T
		return none, err // value may still be written to
	}
	return value, nil
}
