// Package campaign is at the rim, and may do what it likes.
package campaign

import (
	"fmt"
	"math/rand/v2"
	"time"
)

func campaign(m map[int]int) {
	for k := range m {
		go fmt.Println(k, rand.Int(), time.Now())
	}
}
