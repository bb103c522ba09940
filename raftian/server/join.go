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

// HTTP returns a client for the players' service of nodes, with certificates, or
// without TLS if c is nil.
func HTTP(c *Certificates) (*http.Client, error) {
	secure, err := c.load()
	if err != nil {
		return nil, err
	}
	return secure.httpClient(), nil
}

func (s *tlsConfigs) httpClient() *http.Client {
	if s == nil {
		return api.PlainHTTP()
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	return &http.Client{Transport: &http.Transport{Protocols: protocols, TLSClientConfig: s.client.Clone(),
		TLSHandshakeTimeout: 5 * time.Second}}
}

// queryCluster asks a member about its cluster, and retries for up to 30 s.
func queryCluster(ctx context.Context, address string, secure *tlsConfigs, log *slog.Logger) (*apiv1.ClusterResponse, error) {
	scheme := "http://"
	if secure != nil {
		scheme = "https://"
	}
	client := secure.httpClient()
	defer client.CloseIdleConnections()
	member := apiv1connect.NewPlayersClient(client, scheme+address)
	const queryTimeout = 30 * time.Second
	ctx, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	for attempts := 0; ; attempts++ {
		attempt, cancel := context.WithTimeout(ctx, 2*time.Second)
		answer, err := member.Cluster(attempt, &apiv1.ClusterRequest{})
		cancel()
		if err == nil {
			return answer, nil
		}
		if attempts == 0 && log != nil {
			log.Warn("no member of a cluster answers yet", "at", address, "error", err, "timeout", queryTimeout)
		}
		select {
		case <-ctx.Done():
			return nil, refuse("no member of a cluster answers at %s: %w", address, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
