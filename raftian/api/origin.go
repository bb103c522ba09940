package api

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"connectrpc.com/cors"
)

// origins are the origins of web pages that may call, besides local ones.
type origins []string

// guard answers the preflight requests of browsers and refuses requests of pages of
// other origins. Without it, any page shown by a browser that can reach the node could
// use it.
func (o origins) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		w.Header().Add("Vary", "Origin")
		switch {
		case origin == "":
			next.ServeHTTP(w, r)
			return
		case !o.allow(origin):
			http.Error(w, "no page of this origin may ask this node", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", strings.Join(cors.ExposedHeaders(), ", "))
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", strings.Join(cors.AllowedMethods(), ", "))
			h.Set("Access-Control-Allow-Headers", strings.Join(cors.AllowedHeaders(), ", "))
			h.Set("Access-Control-Max-Age", "7200") // seconds
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// allow reports whether pages of an origin may call.
func (o origins) allow(origin string) bool {
	if slices.Contains(o, origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
