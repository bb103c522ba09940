package node

import "reflect"

// A Node is also built with older versions of the library (--raft), which lack
// some of what it uses. A version without an option does as it has always done.

// option sets a field of the library's configuration, if this version has it.
func option(of any, name string, value any) {
	if field := reflect.ValueOf(of).Elem().FieldByName(name); field.IsValid() {
		field.Set(reflect.ValueOf(value))
	}
}
