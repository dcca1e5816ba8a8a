package main

import "image/color"

// palette tells lines apart for every eye (Okabe and Ito, 2008).
var palette = []color.Color{
	color.RGBA{R: 0, G: 114, B: 178, A: 255},
	color.RGBA{R: 213, G: 94, B: 0, A: 255},
}
