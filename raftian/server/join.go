package server

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"raftian/raftian/api"
	"raftian/raftian/api/v1/apiv1connect"

	apiv1 "raftian/raftian/api/v1"
)

// HTTP is a client for the players' service of nodes, with certificates or, if they
// are nil, without TLS.
func HTTP(c *Certificates) (*http.Client, error) {
	secure, err := c.load()
	if err != nil {
		return nil, err
	}
	return secure.http(), nil
}

func (s *secrets) http() *http.Client {
	if s == nil {
		return api.PlainHTTP()
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols, TLSClientConfig: s.client.Clone(),
		TLSHandshakeTimeout: 5 * time.Second}}
}

// clusterAt asks a member, for as long as it takes, of which cluster it is.
func clusterAt(ctx context.Context, address string, secure *secrets, log *slog.Logger) (*apiv1.ClusterResponse, error) {
	scheme := "http://"
	if secure != nil {
		scheme = "https://"
	}
	client := secure.http()
	defer client.CloseIdleConnections()
	member := apiv1connect.NewPlayersClient(client, scheme+address)
	const patience = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for try := 0; ; try++ {
		one, cancel := context.WithTimeout(ctx, 2*time.Second)
		answer, err := member.Cluster(one, &apiv1.ClusterRequest{})
		cancel()
		if err == nil {
			return answer, nil
		}
		if try == 0 && log != nil {
			log.Warn("no member of a cluster answers yet", "at", address, "error", err, "given up after", patience)
		}
		select {
		case <-ctx.Done():
			return nil, refuse("no member of a cluster answers at %s: %w", address, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
