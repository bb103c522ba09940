package server

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
)

// Certificates are PEM files. A peer or player is admitted if and only if it has a
// certificate of the authority.
type Certificates struct {
	Cert, Key string // of this node or player
	CA        string // the certificate of the authority
}

// tlsConfigs are the TLS configurations for both sides of a connection.
type tlsConfigs struct {
	server *tls.Config
	client *tls.Config
}

// load reads the files. It returns nil if c is nil.
func (c *Certificates) load() (*tlsConfigs, error) {
	if c == nil {
		return nil, nil
	}
	if c.Cert == "" || c.Key == "" || c.CA == "" {
		return nil, refuse("TLS needs three files: the certificate, its key, and the authority's certificate")
	}
	own, err := tls.LoadX509KeyPair(c.Cert, c.Key)
	if err != nil {
		return nil, refuse("reading the certificate: %w", err)
	}
	text, err := os.ReadFile(c.CA)
	if err != nil {
		return nil, refuse("reading the authority's certificate: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, refuse("there is no certificate in %s", c.CA)
	}
	return &tlsConfigs{
		server: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own},
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool, NextProtos: []string{"h2", "http/1.1"}},
		client: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{own}, RootCAs: pool},
	}, nil
}

// clientFor returns the configuration to dial an address; the server's certificate must
// be valid for its host.
func (s *tlsConfigs) clientFor(address string) *tls.Config {
	c := s.client.Clone()
	c.ServerName, _, _ = net.SplitHostPort(address)
	return c
}
