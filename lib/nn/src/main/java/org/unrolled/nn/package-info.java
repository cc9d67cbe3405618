/** Room of its own. */
package org.unrolled.nn;
