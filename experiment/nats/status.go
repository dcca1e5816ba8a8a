package nats

import (
	"context"
	"encoding/json"

	"gsdnet/internal/fault"
)

// Ask asks the head of a sweep how far it is.
func Ask(ctx context.Context, conn *Conn, name string) (*Status, error) {
	n, err := newNames(name)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, connectWait)
	defer cancel()
	m, err := conn.nc.RequestWithContext(ctx, n.head(askStatus), []byte("{}"))
	var answer reply
	if err != nil || json.Unmarshal(m.Data, &answer) != nil || answer.Status == nil {
		return nil, fault.Failure("start the sweep, or give its --name", "%s: no sweep with the name %q answers", shown(conn.address), name)
	}
	return answer.Status, nil
}
