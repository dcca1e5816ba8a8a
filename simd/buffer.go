package simd

import (
	"reflect"
	"sync"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// buffer implements compute.Buffer: an array in memory that clients share.
type buffer struct {
	backend *backend
	shape   shapes.Shape

	mu     sync.Mutex
	block  *block // nil once finalized or donated
	orphan *block // finalized or donated while others read it
	given  bool   // donated
	users  int    // who reads it at this moment
}

var _ compute.Buffer = (*buffer)(nil)

func (b *buffer) Backend() compute.Backend              { return b.backend }
func (b *buffer) Shape() (shapes.Shape, error)          { return b.shape, b.check() }
func (b *buffer) DeviceNum() (compute.DeviceNum, error) { return 0, b.check() }
func (b *buffer) check() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.checkLocked()
}

func (b *buffer) checkLocked() error {
	if b.block == nil {
		return errors.Errorf("simd: buffer %s was finalized or donated", b.shape)
	}
	return nil
}

// acquire pins the memory for an execution.
func (b *buffer) acquire() (*block, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.checkLocked(); err != nil {
		return nil, err
	}
	b.users++
	return b.block, nil
}

func (b *buffer) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users--
	if b.users == 0 && b.orphan != nil {
		b.backend.memory.put(b.orphan)
		b.orphan = nil
	}
}

// take donates the memory: the buffer is finalized, and its memory is the
// caller's. It returns nil if others still use it; then it is merely finalized.
func (b *buffer) take() *block {
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := b.block
	b.block, b.given = nil, true
	if b.users > 1 && taken != nil {
		b.orphan = taken
		return nil
	}
	return taken
}

// Finalize frees the buffer; its memory is reused when nobody reads it any
// more. A donated buffer is finalized already.
func (b *buffer) Finalize() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.given {
		return nil
	}
	if err := b.checkLocked(); err != nil {
		return err
	}
	if b.users == 0 {
		b.backend.memory.put(b.block)
	} else {
		b.orphan = b.block
	}
	b.block = nil
	return nil
}

// ToFlatData copies the values to a Go slice of the buffer's type and size.
func (b *buffer) ToFlatData(flat any) error {
	if err := checkFlat(flat, b.shape); err != nil {
		return err
	}
	block, err := b.acquire()
	if err != nil {
		return err
	}
	defer b.release()
	copyBytes(bytesOf(flat), block.bytes()[:byteSize(b.shape)])
	return nil
}

// Data returns the memory itself as a Go slice.
func (b *buffer) Data() (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.checkLocked(); err != nil {
		return nil, err
	}
	return flatOf(b.block, b.shape), nil
}

// CopyToDevice copies to the only device there is.
func (b *buffer) CopyToDevice(device compute.DeviceNum) (compute.Buffer, error) {
	if device != 0 {
		return nil, errors.Errorf("simd: there is no device %d", device)
	}
	if err := b.backend.enter(); err != nil {
		return nil, err
	}
	defer b.backend.gate.leave()
	block, err := b.acquire()
	if err != nil {
		return nil, err
	}
	defer b.release()
	c, err := b.backend.newBuffer(b.shape)
	if err != nil {
		return nil, err
	}
	n := byteSize(b.shape)
	copyBytes(c.block.bytes()[:n], block.bytes()[:n])
	return c, nil
}

func (b *backend) newBuffer(shape shapes.Shape) (*buffer, error) {
	block, err := b.memory.get(byteSize(shape))
	if err != nil {
		return nil, errors.WithMessagef(err, "simd: a buffer of %s", shape)
	}
	return &buffer{backend: b, shape: shape.Clone(), block: block}, nil
}

// BufferFromFlatData copies a Go slice into a new buffer.
func (b *backend) BufferFromFlatData(device compute.DeviceNum, flat any, shape shapes.Shape) (compute.Buffer, error) {
	if err := b.enter(); err != nil {
		return nil, err
	}
	defer b.gate.leave()
	if err := checkNew(device, shape); err != nil {
		return nil, err
	}
	if err := checkFlat(flat, shape); err != nil {
		return nil, err
	}
	buf, err := b.newBuffer(shape)
	if err != nil {
		return nil, err
	}
	copyBytes(buf.block.bytes(), bytesOf(flat))
	return buf, nil
}

// HasSharedBuffers is true: buffers are memory of this process.
func (b *backend) HasSharedBuffers() bool { return true }

// NewSharedBuffer returns a zeroed buffer and the Go slice of its memory.
func (b *backend) NewSharedBuffer(device compute.DeviceNum, shape shapes.Shape) (compute.Buffer, any, error) {
	if err := b.enter(); err != nil {
		return nil, nil, err
	}
	defer b.gate.leave()
	if err := checkNew(device, shape); err != nil {
		return nil, nil, err
	}
	buf, err := b.newBuffer(shape)
	if err != nil {
		return nil, nil, err
	}
	clearBytes(buf.block.bytes())
	return buf, flatOf(buf.block, shape), nil
}

func checkNew(device compute.DeviceNum, shape shapes.Shape) error {
	switch {
	case device != 0:
		return errors.Errorf("simd: there is no device %d", device)
	case !shape.Ok() || shape.IsDynamic():
		return errors.Errorf("simd: a buffer needs a static shape, got %s", shape)
	}
	if err := checkSize(shape); err != nil {
		return errors.WithMessage(err, "simd: a buffer")
	}
	return nil
}

// checkFlat checks that flat is a slice of the shape's type and size. Packed
// types travel as bytes.
func checkFlat(flat any, shape shapes.Shape) error {
	v := reflect.ValueOf(flat)
	if v.Kind() != reflect.Slice {
		return errors.Errorf("simd: flat data must be a slice, got %T", flat)
	}
	if shape.DType.IsPacked() {
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return errors.Errorf("simd: %s travels as []byte, got %T", shape.DType, flat)
		}
		if v.Len() != byteSize(shape) {
			return errors.Errorf("simd: flat data has %d bytes, but the shape is %s", v.Len(), shape)
		}
		return nil
	}
	if dtypes.FromGoType(v.Type().Elem()) != shape.DType {
		return errors.Errorf("simd: flat data is %T, but the shape is %s", flat, shape)
	}
	if v.Len() != shape.Size() {
		return errors.Errorf("simd: flat data has %d values, but the shape is %s", v.Len(), shape)
	}
	return nil
}

func byteSize(s shapes.Shape) int { return s.DType.SizeForDimensions(s.Size()) }

// bytesOf returns the memory of a slice of a plain type.
func bytesOf(flat any) []byte {
	switch s := flat.(type) {
	case []byte:
		return s
	case []float32:
		return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), 4*len(s))
	}
	v := reflect.ValueOf(flat)
	if v.Len() == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(v.UnsafePointer()), v.Len()*int(v.Type().Elem().Size()))
}

// flatOf returns the memory as a Go slice of the shape's type.
func flatOf(b *block, s shapes.Shape) any {
	n := s.Size()
	if n == 0 {
		return dtypes.MakeAnySlice(s.DType, 0)
	}
	return dtypes.UnsafeAnySliceFromBytes(b.ptr, s.DType, n)
}
